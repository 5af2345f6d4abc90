namespace ModelServing.Oci.Calls;

/// <summary>A service of OCI, as error texts name it.</summary>
/// <param name="Name">The service's name.</param>
/// <param name="Place">The settings that address something in the service, as in <c>the bucket's name</c>.</param>
internal sealed record OciService(string Name, string Place)
{
    internal static OciService ObjectStorage { get; } = new("Object Storage", "the bucket's name");

    internal static OciService Functions { get; } = new("Functions", "the function's OCID, its invoke endpoint");

    internal static OciService Monitoring { get; } = new("Monitoring", "the compartment");

    internal static OciService Nosql { get; } = new("NoSQL", "the table's name, its compartment");
}
