namespace ModelServing.Contracts;

/// <summary>Where containers have what is mounted into them. Their own file system is read-only.</summary>
public static class MountPaths
{
    /// <summary>The folder of the clients' Secret. It is mounted as a whole: a single file of it would never be renewed.</summary>
    public const string ClientsFolder = "/etc/modelserving/clients";

    /// <summary>The clients' file.</summary>
    public const string Clients = ClientsFolder + "/" + ClusterNames.ClientsKey;

    /// <summary>The folder that a host may write into. It is the pod's: another pod has another one, a restarted container the same.</summary>
    public const string Scratch = "/tmp";

    /// <summary>The file of <see cref="RouterSettings.JournalSnapshot"/>: a container that is restarted while the journal is away knows
    /// what the one before knew; a new pod does not.</summary>
    public const string JournalSnapshot = Scratch + "/journal.snapshot";
}
