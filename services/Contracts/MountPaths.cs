namespace ModelServing.Contracts;

/// <summary>The paths of mounted files in containers. A container's own file system is read-only.</summary>
public static class MountPaths
{
    /// <summary>The folder of the clients' Secret. It is mounted as a whole, because a single mounted file would never be
    /// updated.</summary>
    public const string ClientsFolder = "/etc/modelserving/clients";

    public const string Clients = ClientsFolder + "/" + ClusterNames.ClientsKey;

    /// <summary>The folder that a host can write to. It belongs to the pod: a restarted container has the same one, a new pod an empty
    /// one.</summary>
    public const string Scratch = "/tmp";

    /// <summary>The folder of the ConfigMap with the document of a pool.</summary>
    public const string PoolFolder = "/etc/modelserving/pool";

    public const string Pool = PoolFolder + "/" + ClusterNames.ModelPoolKey;

    /// <summary>The folder of <see cref="InferenceSettings.PoolState"/>: a container that is restarted knows which version made its
    /// predecessor crash; a new pod does not.</summary>
    public const string PoolState = Scratch + "/pool";

    /// <summary>The folder of the prediction log's spools, on the node's disk. Like <see cref="Scratch"/> it belongs to the pod: a
    /// restarted container ships what its predecessor left.</summary>
    public const string Spool = "/var/spool/modelserving";

    /// <summary>The block volume of the feature server. It outlasts the pod.</summary>
    public const string EventsVolume = "/var/lib/modelserving";

    /// <summary>The folder of the event log on that volume. It is not the volume's root, where a file system has a folder of its
    /// own.</summary>
    public const string Events = EventsVolume + "/events";

    /// <summary>The file of <see cref="RouterSettings.JournalSnapshot"/>: a container that is restarted while the journal is unavailable
    /// knows what its predecessor knew; a new pod does not.</summary>
    public const string JournalSnapshot = Scratch + "/journal.snapshot";
}
