using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ModelServing.Cli.Up.Gateway;

/// <summary>A request, as the gateway passes it on to a function by the Fn contract.</summary>
/// <param name="Headers">The headers of the contract.</param>
/// <param name="ContentType">The content's media type; null for none.</param>
/// <param name="Body">The content.</param>
internal sealed record FnGatewayCall(IReadOnlyDictionary<string, string> Headers, string? ContentType, byte[] Body)
{
    internal static FnGatewayCall From(HttpRequest request, byte[] body, TimeSpan timeout)
    {
        var url = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var deadline = TimeProvider.System.GetUtcNow() + timeout;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Fn-Call-Id"] = Guid.NewGuid().ToString("N"),
            ["Fn-Deadline"] = deadline.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["Fn-Intent"] = "httprequest",
            ["Fn-Invoke-Type"] = "sync",
            ["Fn-Http-Method"] = request.Method,
            ["Fn-Http-Request-Url"] = url,
        };
        foreach (var (name, value) in request.Headers)
            headers["Fn-Http-H-" + name] = value.ToString();
        // The gateway sends these in both forms.
        if (request.Headers.UserAgent.Count > 0)
            headers["User-Agent"] = request.Headers.UserAgent.ToString();
        return new FnGatewayCall(headers, request.ContentType, body);
    }
}
