using ModelServing.Oci.Identity;
using Oci.Common;

namespace ModelServing.Oci.Calls;

/// <summary>A client of the SDK, and the identity that signs its calls.</summary>
internal sealed record SignedClient<TClient>(TClient Client, CallerIdentity Identity) : IDisposable
    where TClient : ClientBase
{
    public void Dispose() => Client.Dispose();
}
