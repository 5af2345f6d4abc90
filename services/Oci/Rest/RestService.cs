namespace ModelServing.Oci.Rest;

/// <summary>A service that is called by <see cref="OciRest"/>.</summary>
/// <param name="Name">The name in messages.</param>
/// <param name="Host">The host in a region, with <c>{region}</c> and <c>{domain}</c> in place of the region's identifier and the domain of
/// its realm. The hosts are those of OCI's SDK.</param>
public sealed record RestService(string Name, string Host)
{
    public static RestService ApiGateway { get; } = new("API Gateway", "apigateway.{region}.oci.{domain}");

    public static RestService Bastion { get; } = new("Bastion", "bastion.{region}.oci.{domain}");

    public static RestService Budgets { get; } = new("Budgets", "usage.{region}.oci.{domain}");

    public static RestService ContainerRegistry { get; } = new("the container registry", "artifacts.{region}.oci.{domain}");

    public static RestService Events { get; } = new("Events", "events.{region}.oci.{domain}");

    public static RestService Functions { get; } = new("Functions", "functions.{region}.oci.{domain}");

    public static RestService Identity { get; } = new("identity", "identity.{region}.oci.{domain}");

    public static RestService Kubernetes { get; } = new("Kubernetes Engine", "containerengine.{region}.oci.{domain}");

    public static RestService Limits { get; } = new("limits", "limits.{region}.oci.{domain}");

    public static RestService Logging { get; } = new("Logging", "logging.{region}.oci.{domain}");

    public static RestService Monitoring { get; } = new("Monitoring", "telemetry.{region}.{domain}");

    public static RestService Network { get; } = new("Networking", "iaas.{region}.{domain}");

    public static RestService Nosql { get; } = new("NoSQL", "nosql.{region}.oci.{domain}");

    public static RestService Notifications { get; } = new("Notifications", "notification.{region}.{domain}");

    public static RestService ObjectStorage { get; } = new("Object Storage", "objectstorage.{region}.{domain}");

    public static RestService Redis { get; } = new("OCI Cache", "redis.{region}.oci.{domain}");

    public static RestService Secrets { get; } = new("Vault", "secrets.vaults.{region}.oci.{domain}");
}
