using System.Net.Http.Headers;
using System.Text;
using ModelServing.Bench.Routing;
using ModelServing.Contracts;
using ModelServing.TestKit.Functions;

namespace ModelServing.Bench.Splitting;

/// <summary>The same request on both ways: to the router, and as the gateway's call of the function.</summary>
internal sealed class SplittingCalls(Uri router) : IDisposable
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes(RouterBench.Request());

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });

    /// <summary>The gateway's call of the function.</summary>
    internal static FnCall Call() => new(Body)
    {
        Intent = "httprequest",
        Headers = new Dictionary<string, string>
        {
            ["Fn-Http-Method"] = "POST",
            ["Fn-Http-Request-Url"] = InferencePaths.Infer(RouterBench.Model),
            ["Fn-Http-H-Content-Type"] = "application/json",
        },
    };

    /// <summary>Sends the request to the router.</summary>
    /// <exception cref="BenchException">The answer is not 200.</exception>
    internal async Task SendAsync(CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await http.PostAsync(router, content, cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new BenchException($"the router answered {(int)answer.StatusCode}");
        _ = await answer.Content.ReadAsByteArrayAsync(cancellation);
    }

    public void Dispose() => http.Dispose();
}
