using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Router.Clients;

/// <summary>Lets operators alone through to the admin API, whatever is mapped there: the gate is before the routing.</summary>
internal sealed class AdminGate(Admission admission, RouterMetrics metrics)
{
    internal async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        // In any case of the letters, as paths are routed.
        if (!context.Request.Path.StartsWithSegments(AdminPaths.Prefix))
        {
            await next(context);
            return;
        }

        var admitted = await admission.AdmitAsync(context, ClientRole.Operator);
        if (admitted.Problem is { } refusal)
        {
            metrics.Refused(refusal);
            await refusal.WriteAsync(context, admitted.Detail, retryAfter: admitted.RetryAfter);
            return;
        }

        await next(context);
    }
}
