import Gridlog

/// What an endpoint answered.
struct EndpointAgreement {
    let endpointURL: String
    let validation: EndpointValidation
}
