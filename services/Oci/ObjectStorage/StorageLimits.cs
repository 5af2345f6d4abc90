using ModelServing.Oci.Calls;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>How long Object Storage is waited for, how often it is asked again, and in which pieces it is written. One piece of an object
/// may let wait for itself as long as a request for its answer (<see cref="CallLimits.Attempt"/>).</summary>
internal sealed record StorageLimits : CallLimits
{
    /// <summary>How often one object's reading is taken up again where it broke off. 10 by default.</summary>
    internal int Resumes { get; init; } = 10;

    /// <summary>The bytes of one part; what has more is sent in parts. 16 MiB by default, and at most 10,000 parts are an object.</summary>
    internal int PartBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many parts are sent at the same time. Each is in memory, and the SDK makes a copy of it. 3 by default.</summary>
    internal int PartsAtATime { get; init; } = 3;
}
