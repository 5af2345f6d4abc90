using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Clients;

namespace ModelServing.Router.Routing;

/// <summary>Which variant answers a request that names no version: the one that a tester asks for, else that of its routing key.</summary>
internal static class VariantChoice
{
    /// <summary>The variant; null, with a problem, when a tester asks for one that there is not.</summary>
    /// <param name="model">The model.</param>
    /// <param name="action">What is asked of it; all but an inference is the stable version's to say.</param>
    /// <param name="headers">The request's headers.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="requestId">The key of a request that has none.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="detail">What is wrong with this request.</param>
    internal static VariantRoute? Of(ModelRoute model, ModelAction action, IHeaderDictionary headers, Client client, string requestId, ref Problem? problem, ref string detail)
    {
        if (client.MayOverride && headers[HeaderNames.ModelVariant] is { Count: > 0 } asked)
        {
            if (model.Named(asked.ToString()) is { } named)
                return named;
            (problem, detail) = (Problems.UnknownVariant, $"There is no variant '{asked}' of {model.Name}; there are: {string.Join(", ", model.Variants)}");
            return null;
        }

        return action == ModelAction.Infer ? model.Assign(KeyOf(model, headers, client) is { Length: > 0 } key ? key : requestId) : model.Stable;
    }

    private static string? KeyOf(ModelRoute model, IHeaderDictionary headers, Client client) => model switch
    {
        { RoutingKeyHeader: { } header } => headers[header].ToString(),
        { RoutingKeyClaim: { } claim } => client.RoutingKey(claim),
        _ => null,
    };
}
