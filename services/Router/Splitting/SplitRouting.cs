using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Router.Errors;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Splitting;

/// <summary>Finds where a request goes that the function TrafficSplitter has assigned.</summary>
internal static class SplitRouting
{
    /// <summary>Finds the variant that the function named; it must be the rollout's of now.</summary>
    /// <param name="path">The request's path, which names the version.</param>
    /// <param name="table">The current snapshot; null before the first plan.</param>
    /// <param name="split">What the function says.</param>
    /// <param name="clientHash">The hash of the client's name.</param>
    /// <param name="timeouts">The time that is left, as the function sent it.</param>
    internal static RouteResult Find(
        string path, RoutingTable? table, SplitCall split, ulong clientHash, Microsoft.Extensions.Primitives.StringValues timeouts)
    {
        if (table is null)
            return RouteResult.Refused(Problems.NoPlan, "The router has not read a plan yet");
        if (!RequestTarget.TryParse(path, out var target) || target.Action != ModelAction.Infer || target.Version.IsEmpty)
            return RouteResult.Refused(Problems.BadRequest, $"{path} is not the path of a version's /infer");
        TimeSpan? timeout = null;
        if (timeouts.Count > 0)
        {
            if (timeouts.Count > 1 || !RequestTimeout.TryParse(timeouts[0], out var parsed))
                return RouteResult.Refused(
                    Problems.BadRequest, $"{HeaderNames.RequestTimeout} is '{timeouts}'; it must be {RequestTimeout.Form}");
            timeout = parsed;
        }

        if (!table.TryGetModel(target.Model, out var model)
            || model.VariantNamed(split.Variant) is not { } variant
            || !target.Version.SequenceEqual(variant.VersionText)
            || variant.Revision != split.Revision
            || variant.Trial != split.Trial
            || model.Effective.ClosedVariants.Any(closed => closed.Plan.Name == split.Variant))
            return RouteResult.Refused(Problems.OutdatedAssignment, $"{split.Variant} of {split.Revision} is not served any more");
        return RouteResult.To(new(model, variant, target.Action)
        {
            Timeout = timeout,
            IsAssigned = !split.IsRetry,
            KeyHash = split.KeyHash,
            Key = split.Key,
            ClientHash = clientHash,
        });
    }
}
