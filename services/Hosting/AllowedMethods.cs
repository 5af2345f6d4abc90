using Microsoft.AspNetCore.Http;

namespace ModelServing.Hosting;

/// <summary>Limits a path to some methods. Others are answered with 405 and <c>Allow</c>, which a route with methods would not do: the
/// path's fallback would answer them with 404.</summary>
public static class AllowedMethods
{
    /// <summary>The answer to another method.</summary>
    public static Problem NotAllowed { get; } =
        new(StatusCodes.Status405MethodNotAllowed, "method-not-allowed", "Method not allowed");

    /// <summary>The methods as <c>Allow</c> names them. HEAD is answered wherever GET is (<see cref="HeadRequests"/>).</summary>
    public static string Text(params IEnumerable<string> methods) =>
        string.Join(", ", methods.SelectMany(static method => HttpMethods.IsGet(method) ? (string[])[method, HttpMethods.Head] : [method]));

    /// <summary>Limits a handler.</summary>
    public static RequestDelegate Only(RequestDelegate handle, params string[] methods)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var allowed = Text(methods);
        return context =>
        {
            if (methods.Any(method => HttpMethods.Equals(method, context.Request.Method)))
                return handle(context);
            context.Response.Headers.Allow = allowed;
            return NotAllowed.WriteAsync(context, $"{context.Request.Path} accepts {allowed}, not {context.Request.Method}");
        };
    }
}
