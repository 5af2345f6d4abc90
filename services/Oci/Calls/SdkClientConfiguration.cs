using Oci.Common;

namespace ModelServing.Oci.Calls;

/// <summary>The configuration of every client of the SDK.</summary>
internal static class SdkClientConfiguration
{
    /// <summary>Creates a configuration without a timeout. <see cref="ServiceCalls{TClient}"/> limits each attempt, and a timeout of the
    /// client itself would end the upload of a large part.</summary>
    internal static ClientConfiguration Create() => new() { TimeoutMillis = Timeout.Infinite, ClientUserAgent = "ModelServing" };
}
