using Microsoft.AspNetCore.Http;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Errors;

namespace ModelServing.Router.Routing;

/// <summary>Finds where a request goes.</summary>
internal static class RequestRouting
{
    /// <summary>Finds where a request goes, or the problem that answers it.</summary>
    /// <param name="context">The request. A refusal may add headers to its response.</param>
    /// <param name="path">The request's path.</param>
    /// <param name="table">The current snapshot; null before the first plan.</param>
    /// <param name="client">The client that sent the request.</param>
    /// <param name="requestId">The request's identifier, which is the routing key of a request without one.</param>
    internal static RouteResult Find(HttpContext context, string path, RoutingTable? table, Client client, string requestId)
    {
        if (!RequestTarget.TryParse(path, out var target))
        {
            return RouteResult.Refused(
                Problems.NoSuchPath,
                $"There is nothing at {path}; a model's paths are {InferencePaths.Models}MODEL[/versions/VERSION][/ready|/infer]");
        }

        if (table is null)
            return RouteResult.Refused(Problems.NoPlan, "The router has not read a plan yet");
        if (!table.TryGetModel(target.Model, out var model))
        {
            return RouteResult.Refused(Problems.UnknownModel, $"There is no model '{target.Model}'; {table.Known}");
        }

        var request = context.Request;
        var method = target.Action == ModelAction.Infer ? HttpMethods.Post : HttpMethods.Get;
        if (request.Method != method)
        {
            context.Response.Headers.Allow = AllowedMethods.Text(method);
            return RouteResult.Refused(Problems.MethodNotAllowed, $"{path} accepts {method}, not {request.Method}");
        }

        if (request.QueryString.Value.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return RouteResult.Refused(Problems.BadRequest, "The query string holds a character that must be percent-encoded");
        if (request.Headers.TransferEncoding is { Count: > 0 } codings && !UnsupportedBody.IsChunked(codings))
            return RouteResult.Refused(Problems.BadRequest, $"Transfer-Encoding is '{codings}'; it must be 'chunked' or absent");

        TimeSpan? timeout = null;
        if (request.Headers[HeaderNames.RequestTimeout] is { Count: > 0 } timeouts)
        {
            if (timeouts.Count > 1 || !RequestTimeout.TryParse(timeouts[0], out var parsed))
            {
                return RouteResult.Refused(
                    Problems.BadRequest,
                    $"{HeaderNames.RequestTimeout} is '{timeouts}'; it must be {RequestTimeout.Form}");
            }

            timeout = parsed;
        }

        if (!target.Version.IsEmpty)
        {
            return model.Pin(target.Version) is { } pinned
                ? RouteResult.To(new(model, pinned, target.Action) { Timeout = timeout })
                : RouteResult.Refused(
                    Problems.UnknownVersion,
                    $"There is no version '{target.Version}' of {model.Name}; the versions are: {string.Join(", ", model.Versions)}");
        }

        if (model.Effective.IsCondemnedStable)
        {
            return RouteResult.Refused(
                Problems.CondemnedStable,
                $"The plan's stable version of {model.Name} is condemned, and no earlier version is known to be good; " +
                "see 'ms status' for the reason");
        }

        if (client.MayOverride && request.Headers[HeaderNames.ModelVariant] is { Count: > 0 } named)
        {
            return model.VariantNamed(named.ToString()) is { } variant
                ? RouteResult.To(new(model, variant, target.Action) { Timeout = timeout })
                : RouteResult.Refused(
                    Problems.UnknownVariant,
                    $"There is no variant '{named}' of {model.Name}; the variants are: {string.Join(", ", model.VariantNames)}");
        }

        if (target.Action != ModelAction.Infer)
            return RouteResult.To(new(model, model.Stable, target.Action) { Timeout = timeout });
        var key = KeyOf(model, request, client) ?? "";
        var assigned = model.Assign(key.Length > 0 ? key : requestId, out var hash);
        return RouteResult.To(new(model, assigned, target.Action)
        {
            Timeout = timeout,
            IsAssigned = true,
            KeyHash = key.Length > 0 ? hash : null,
            Key = key.Length > 0 ? key : null,
            ClientHash = client.Hash,
        });
    }

    private static string? KeyOf(ModelRoute model, HttpRequest request, Client client) => model switch
    {
        { RoutingKeyHeader: { } header } => request.Headers[header].ToString(),
        { RoutingKeyClaim: { } claim } => client.RoutingKey(claim),
        _ => null,
    };
}
