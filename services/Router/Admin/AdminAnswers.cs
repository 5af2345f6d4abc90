using Microsoft.AspNetCore.Http;
using ModelServing.Hosting;
using ModelServing.Router.Errors;

namespace ModelServing.Router.Admin;

/// <summary>What the parts of the admin API have in common.</summary>
internal static class AdminAnswers
{
    /// <summary>Whether a request has the method; if not, it is answered.</summary>
    internal static async Task<bool> HasMethodAsync(HttpContext context, string method)
    {
        if (context.Request.Method == method)
            return true;
        context.Response.Headers.Allow = AllowedMethods.Text(method);
        await Problems.MethodNotAllowed.WriteAsync(context, $"{context.Request.Path} accepts {method}, not {context.Request.Method}");
        return false;
    }

    internal static async Task WriteAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
