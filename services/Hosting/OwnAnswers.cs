using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Hosting;

/// <summary>Completes the answers of a host's own paths, such as health and metrics: each has a request identifier, and an error without a
/// body gets a problem for one.</summary>
public static class OwnAnswers
{
    /// <summary>Adds it for all paths that are added later.</summary>
    internal static void Complete(WebApplication app)
    {
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use(next => async context =>
        {
            Identify(context, time);
            await next(context);
            var response = context.Response;
            if (response.StatusCode >= StatusCodes.Status400BadRequest && !response.HasStarted && response.ContentType is null)
                await ProblemOf(response.StatusCode).WriteAsync(context, Explain(context));
        });
    }

    /// <summary>Gives an answer a request identifier, unless it has one: that of the request, if it is valid, or a new one.</summary>
    public static void Identify(HttpContext context, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(time);
        if (context.Response.Headers.ContainsKey(HeaderNames.RequestId))
            return;
        context.Response.Headers[HeaderNames.RequestId] =
            context.Request.Headers[HeaderNames.RequestId] is [{ } given] && RequestIds.IsValid(given)
                ? given
                : Ulid.NewUlid(time.GetUtcNow()).ToString();
    }

    private static Problem ProblemOf(int status)
    {
        var title = ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase ? phrase : "Error";
        return new Problem(status, title.ToLowerInvariant().Replace(' ', '-'), title);
    }

    private static string Explain(HttpContext context) => context.Response.Headers.Allow is { Count: > 0 } allowed
        ? $"{context.Request.Path} accepts {allowed}, not {context.Request.Method}"
        : $"{context.Request.Method} {context.Request.Path} can't be answered";
}
