using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Clients;

/// <summary>Paths that need a client.</summary>
public static class ClientPaths
{
    /// <summary>Answers only clients that are admitted.</summary>
    /// <param name="admission">Admits clients.</param>
    /// <param name="action">What a request would do.</param>
    /// <param name="handle">Answers an admitted client.</param>
    public static RequestDelegate Admit(Admission admission, ClientAction action, RequestDelegate handle)
    {
        ArgumentNullException.ThrowIfNull(admission);
        ArgumentNullException.ThrowIfNull(handle);
        return async context =>
        {
            var admitted = await admission.AdmitAsync(context, action);
            if (admitted.Problem is { } problem)
                await problem.WriteAsync(context, admitted.Detail, retryAfter: admitted.RetryAfter);
            else
                await handle(context);
        };
    }

    /// <summary>Makes <c>/metrics</c> answer only admitted callers: where clients need a credential, metrics do too. It must come before
    /// the paths are mapped.</summary>
    /// <param name="app">The host.</param>
    /// <param name="admission">Admits clients.</param>
    /// <param name="isOpen">Whether a request needs no credential all the same, for a port that clients do not reach; null for
    /// none.</param>
    public static void GuardMetrics(WebApplication app, Admission admission, Func<HttpContext, bool>? isOpen = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use(next =>
        {
            var allowed = AllowedMethods.Only(next, HttpMethods.Get);
            var guarded = Admit(admission, ClientAction.Call, allowed);
            return context =>
            {
                if (context.Request.Path != InferencePaths.Metrics)
                    return next(context);
                OwnAnswers.Identify(context, time);
                return isOpen?.Invoke(context) == true ? allowed(context) : guarded(context);
            };
        });
    }
}
