namespace ModelServing.Contracts;

/// <summary>Where containers have what is mounted into them. Their own file system is read-only.</summary>
public static class MountPaths
{
    /// <summary>The folder of the clients' Secret. It is mounted as a whole: a single file of it would never be renewed.</summary>
    public const string ClientsFolder = "/etc/modelserving/clients";

    /// <summary>The clients' file.</summary>
    public const string Clients = ClientsFolder + "/" + ClusterNames.ClientsKey;

    /// <summary>The folder that a host may write into; gone with the pod.</summary>
    public const string Scratch = "/tmp";
}
