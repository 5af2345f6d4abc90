using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ModelServing.Hosting;

/// <summary>Answers HEAD as GET, at every path: the code that answers sees GET. The answer has the same headers, the length of the body
/// included, and no body (RFC 9110, 9.3.2).</summary>
public static class HeadRequests
{
    /// <summary>Answers HEAD with what <paramref name="next"/> answers to GET.</summary>
    public static RequestDelegate AsGet(RequestDelegate next) => context =>
        IsHead(context.Request.Method) ? AnswerAsync(context, next) : next(context);

    // Methods are compared with regard to case (RFC 9110, 9.1). Kestrel does, so it expects a body in the answer to "head".
    private static bool IsHead(string method) => string.Equals(method, HttpMethods.Head, StringComparison.Ordinal);

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        await using var counted = new CountedStream();
        var counting = new StreamResponseBodyFeature(counted, body);
        context.Features.Set<IHttpResponseBodyFeature>(counting);
        context.Request.Method = HttpMethods.Get;
        try
        {
            await next(context);
            await counting.CompleteAsync();
        }
        finally
        {
            context.Request.Method = HttpMethods.Head;
            context.Features.Set(body);
        }

        if (!context.Response.HasStarted
            && context.Response.StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
            context.Response.ContentLength ??= counted.Length;
    }
}
