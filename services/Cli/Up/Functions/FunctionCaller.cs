using System.Net.Http.Headers;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Cli.Up.Functions;

/// <summary>Calls the functions' process over plain HTTP.</summary>
internal sealed class FunctionCaller : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
    {
        Timeout = TimeSpan.FromMinutes(5),
    };

    /// <param name="secret">The secret of the run, which the functions require.</param>
    internal FunctionCaller(string secret) => http.DefaultRequestHeaders.Add(HeaderNames.RunSecret, secret);

    private volatile HostAddress? address;

    /// <summary>Sets the address of the process; null while it is not ready.</summary>
    internal void SetAddress(HostAddress? current) => address = current;

    public void Dispose() => http.Dispose();

    internal async Task<FunctionResult> CallAsync(FunctionName function, byte[] payload, CancellationToken cancellation)
    {
        if (address is not { } current)
            return new FunctionResult(false, "the functions' process is not running");
        try
        {
            using var content = new ByteArrayContent(payload) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var answer = await http.PostAsync(new Uri(current.Url, FunctionPaths.PathOf(function)), content, cancellation);
            return new FunctionResult(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellation));
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return new FunctionResult(false, e.Message);
        }
    }
}
