using ModelServing.Oci.Calls;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>How long a call to Object Storage may take, how often it is retried, and in which pieces an object is written. A read of a
/// download may take as long as the wait for a response (<see cref="CallLimits.Attempt"/>).</summary>
internal sealed record StorageLimits : CallLimits
{
    /// <summary>How often one object's download is resumed where it broke off. 10 by default.</summary>
    internal int Resumes { get; init; } = 10;

    /// <summary>The bytes of one part. An object with more bytes is sent in parts, at most 10,000. 16 MiB by default.</summary>
    internal int PartBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many parts are sent at the same time. Each is in memory, and the SDK copies it. 3 by default.</summary>
    internal int PartsAtATime { get; init; } = 3;
}
