namespace ModelServing.Contracts;

/// <summary>Where containers have what is mounted into them. Their own file system is read-only.</summary>
public static class MountPaths
{
    /// <summary>The folder that a host may write into; gone with the pod.</summary>
    public const string Scratch = "/tmp";
}
