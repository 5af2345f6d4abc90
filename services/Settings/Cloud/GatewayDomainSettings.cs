using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record GatewayDomainSettings
{
    [Setting(
        "The name, which the certificate must be for.",
        Pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$",
        Form = "a host name",
        Example = "models.example.com")]
    public required string Name { get; init; }

    [Setting(
        "The certificate, of the Certificates service or of API Gateway.",
        Pattern = "^ocid1\\.(certificate|apigatewaycertificate)\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$",
        Form = "the OCID of a certificate",
        Example = "ocid1.certificate.oc1.eu-frankfurt-1.aaaa")]
    public required string Certificate { get; init; }
}
