//! The same in XML (the specification's XML schema of version 1.6): other names for lists, an order of elements, and needs
//! as elements within one another.

use std::io::{self, Write};

use model::Report;

use super::{
    Analysis, Composition, Dependency, Document, Evidence, Identities, License, Metadata, Named, Part, Property,
    Rating, Tools, Vulnerable,
};
use crate::Context;
use crate::sbom::bill::Bill;
use crate::xml::Xml;

/// Writes version 1.6.
pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let bill = Bill::new(crate::sbom::only(reports, "CycloneDX")?);
    let document = Document::named(&bill, 6, context)?;
    let space = format!("http://cyclonedx.org/schema/bom/{}", document.spec_version);
    let (serial, version) = (document.serial_number.as_deref().unwrap_or_default(), document.version.to_string());
    let attributes = [("xmlns", &*space), ("serialNumber", serial), ("version", &version)];
    Xml::new(out)?.element("bom", &attributes, |xml| {
        metadata(xml, &document.metadata)?;
        xml.element("components", &[], |xml| {
            document.components.iter().try_for_each(|component| part(xml, component))
        })?;
        xml.list("dependencies", &document.dependencies, dependency)?;
        xml.list("compositions", &document.compositions, composition)?;
        xml.list("vulnerabilities", &document.vulnerabilities, vulnerable)
    })
}

fn metadata(xml: &mut Xml<'_>, metadata: &Metadata<'_>) -> io::Result<()> {
    xml.element("metadata", &[], |xml| {
        xml.text("timestamp", &[], metadata.timestamp)?;
        xml.list("lifecycles", metadata.lifecycles.as_ref().map_or(&[][..], |list| list), |xml, lifecycle| {
            xml.element("lifecycle", &[], |xml| xml.text("phase", &[], lifecycle.phase))
        })?;
        let (Tools::List(tools) | Tools::Components { components: tools }) = &metadata.tools;
        xml.element("tools", &[], |xml| {
            xml.list("components", tools, |xml, tool| {
                xml.element("component", &[("type", tool.kind.unwrap_or("application"))], |xml| {
                    xml.text("name", &[], tool.name)?;
                    xml.text("version", &[], tool.version)
                })
            })
        })?;
        metadata.component.iter().try_for_each(|component| part(xml, component))?;
        xml.list("properties", &metadata.properties, property)
    })
}

fn part(xml: &mut Xml<'_>, part: &Part<'_>) -> io::Result<()> {
    xml.element("component", &[("type", part.kind), ("bom-ref", part.reference)], |xml| {
        xml.text_if("publisher", part.publisher)?;
        xml.text_if("group", part.group)?;
        xml.text("name", &[], part.name)?;
        xml.text_if("version", part.version)?;
        xml.text_if("scope", part.scope)?;
        xml.list("hashes", &part.hashes, |xml, hash| xml.text("hash", &[("alg", hash.alg)], hash.content))?;
        xml.list("licenses", &part.licenses, license)?;
        xml.text_if("cpe", part.cpe)?;
        xml.text_if("purl", part.purl)?;
        xml.list("properties", &part.properties, property)?;
        part.evidence.as_ref().map_or(Ok(()), |found| evidence(xml, found))
    })
}

fn license(xml: &mut Xml<'_>, license: &License<'_>) -> io::Result<()> {
    match license {
        License::One { license } => xml.element("license", &[], |xml| match license {
            Named::Id(id) => xml.text("id", &[], id),
            Named::Name(name) => xml.text("name", &[], name),
        }),
        License::Expression { expression } => xml.text("expression", &[], expression),
    }
}

fn property(xml: &mut Xml<'_>, property: &Property) -> io::Result<()> {
    xml.text("property", &[("name", &property.name)], &property.value)
}

fn evidence(xml: &mut Xml<'_>, evidence: &Evidence<'_>) -> io::Result<()> {
    xml.element("evidence", &[], |xml| {
        let (Identities::One(identity) | Identities::List([identity])) = &evidence.identity;
        xml.element("identity", &[], |xml| {
            xml.text("field", &[], identity.field)?;
            xml.text("confidence", &[], &identity.confidence.to_string())?;
            xml.text_if("concludedValue", identity.concluded_value)?;
            xml.list("methods", &identity.methods, |xml, method| {
                xml.element("method", &[], |xml| {
                    xml.text("technique", &[], method.technique)?;
                    xml.text("confidence", &[], &method.confidence.to_string())?;
                    xml.text("value", &[], &method.value)
                })
            })
        })?;
        xml.list("occurrences", &evidence.occurrences, |xml, occurrence| {
            xml.element("occurrence", &[], |xml| xml.text("location", &[], &occurrence.location))
        })
    })
}

fn dependency(xml: &mut Xml<'_>, dependency: &Dependency<'_>) -> io::Result<()> {
    let reference = [("ref", dependency.reference)];
    if dependency.depends_on.is_empty() {
        return xml.empty("dependency", &reference);
    }
    xml.element("dependency", &reference, |xml| {
        dependency.depends_on.iter().try_for_each(|other| xml.empty("dependency", &[("ref", other)]))
    })
}

fn composition(xml: &mut Xml<'_>, composition: &Composition<'_>) -> io::Result<()> {
    xml.element("composition", &[], |xml| {
        xml.text("aggregate", &[], composition.aggregate)?;
        xml.list("assemblies", &composition.assemblies, |xml, reference| xml.empty("assembly", &[("ref", reference)]))
    })
}

fn vulnerable(xml: &mut Xml<'_>, known: &Vulnerable<'_>) -> io::Result<()> {
    xml.element("vulnerability", &[("bom-ref", &known.reference)], |xml| {
        xml.text("id", &[], known.id)?;
        xml.list("references", &known.references, |xml, alias| {
            xml.element("reference", &[], |xml| {
                xml.text("id", &[], alias.id)?;
                xml.element("source", &[], |xml| xml.text("name", &[], alias.source.name))
            })
        })?;
        xml.list("ratings", &known.ratings, rating)?;
        xml.list("cwes", &known.cwes, |xml, cwe| xml.text("cwe", &[], &cwe.to_string()))?;
        xml.text_if("description", Some(known.description).filter(|text| !text.is_empty()))?;
        xml.text_if("recommendation", known.recommendation.as_deref())?;
        xml.list("advisories", &known.advisories, |xml, link| {
            xml.element("advisory", &[], |xml| xml.text("url", &[], &link.url))
        })?;
        xml.text_if("published", known.published.as_deref())?;
        if let Some(Analysis { state, detail }) = known.analysis {
            xml.element("analysis", &[], |xml| {
                xml.text("state", &[], state)?;
                xml.text("detail", &[], detail)
            })?;
        }
        xml.list("affects", &known.affects, |xml, affected| {
            xml.element("target", &[], |xml| xml.text("ref", &[], affected.reference))
        })
    })
}

fn rating(xml: &mut Xml<'_>, rating: &Rating<'_>) -> io::Result<()> {
    xml.element("rating", &[], |xml| {
        xml.element("source", &[], |xml| xml.text("name", &[], rating.source.name))?;
        xml.text_if("score", rating.score.map(|score| score.to_string()).as_deref())?;
        xml.text("severity", &[], rating.severity)?;
        xml.text_if("method", rating.method)?;
        xml.text_if("vector", rating.vector)
    })
}
