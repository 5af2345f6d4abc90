using Microsoft.AspNetCore.Http;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Router.Errors;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Splitting;

/// <summary>Finds where a request goes that the function TrafficSplitter has looked at.</summary>
internal static class SplitRouting
{
    /// <summary>Finds the variant that the function named, if the current rollout still has it.</summary>
    /// <param name="context">The request. A refusal may add headers to its response.</param>
    /// <param name="path">The request's path.</param>
    /// <param name="table">The current snapshot; null before the first plan.</param>
    /// <param name="client">The client; null in a retry, whose client was admitted before.</param>
    /// <param name="call">What the function says.</param>
    internal static RouteResult Find(HttpContext context, string path, RoutingTable? table, Client? client, SplitCall call)
    {
        var found = RequestRouting.Find(context, path, table, client ?? Client.Anonymous, call.RequestId.ToString());
        if (call.Kind != SplitKind.OnlyStable && (found.Problem == Problems.UnknownModel || found.Problem == Problems.UnknownVersion))
            return Outdated();
        if (found.Problem is not null)
            return found;
        var request = found.Request;
        var model = request.Model;
        if (call.Kind == SplitKind.OnlyStable)
            return request.IsAssigned ? RouteResult.To(new(model, model.Stable, request.Action) { Timeout = request.Timeout }) : found;
        if (request.Action != ModelAction.Infer || request.Route.Variant != VariantPlan.Pinned)
            return RouteResult.Refused(Problems.BadRequest, $"{path} is not the path of a version's /infer");
        return model.VariantNamed(call.Variant) is { } variant
            && variant.Version == request.Route.Version
            && variant.Revision == call.Revision
            && variant.Trial == call.Trial
            && model.Effective.ClosedVariants.All(closed => closed.Plan.Name != call.Variant)
                ? RouteResult.To(new(model, variant, request.Action)
                {
                    Timeout = request.Timeout,
                    IsAssigned = !call.IsRetry,
                    KeyHash = call.KeyHash,
                    Key = call.Key,
                    ClientHash = client?.Hash ?? call.ClientHash,
                })
                : Outdated();

        RouteResult Outdated() =>
            RouteResult.Refused(SplitProblems.OutdatedAssignment, $"The rollout {call.Revision} does not serve {call.Variant} any more");
    }
}
