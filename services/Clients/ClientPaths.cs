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
    public static void GuardMetrics(WebApplication app, Admission admission)
    {
        ArgumentNullException.ThrowIfNull(app);
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use(next =>
        {
            var guarded = Admit(admission, ClientAction.Call, AllowedMethods.Only(next, HttpMethods.Get));
            return context =>
            {
                if (context.Request.Path != InferencePaths.Metrics)
                    return next(context);
                OwnAnswers.Identify(context, time);
                return guarded(context);
            };
        });
    }
}
