using System.Net;

namespace ModelServing.Services.Tests.Oci;

/// <summary>Sends this process's plain HTTP requests to a server until it is disposed of, as the variable http_proxy does. It is the way to
/// answer at an address that the SDK has built in. Only tests of <see cref="Hosting.OwnProcess"/> may use it.</summary>
internal sealed class DefaultProxy : IDisposable
{
    private readonly IWebProxy before = HttpClient.DefaultProxy;

    internal DefaultProxy(string address) => HttpClient.DefaultProxy = new WebProxy(address);

    public void Dispose() => HttpClient.DefaultProxy = before;
}
