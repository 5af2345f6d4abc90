using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Clients;

namespace ModelServing.Router.Routing;

/// <summary>Finds where a request goes, or the problem that it is answered with.</summary>
internal static class RequestRouting
{
    /// <summary>Finds where a request goes.</summary>
    /// <param name="context">The request.</param>
    /// <param name="path">Its path.</param>
    /// <param name="table">The snapshot that is current; null before the first plan.</param>
    /// <param name="client">Who sends it.</param>
    /// <param name="requestId">Its identifier, the routing key of a request without one.</param>
    /// <param name="routed">Where it goes.</param>
    /// <param name="problem">Why it goes nowhere.</param>
    /// <param name="detail">What would be right.</param>
    internal static bool TryFind(HttpContext context, string path, RoutingTable? table, Client client, string requestId, out RoutedRequest routed, [NotNullWhen(false)] out Problem? problem, out string detail)
    {
        routed = default;
        if (!RequestTarget.TryParse(path, out var target))
            return Refuse(Problems.NoSuchPath, $"There is nothing at {path}; a model's paths are {InferencePaths.Models}MODEL[/versions/VERSION][/ready|/infer]", out problem, out detail);
        if (table is null)
            return Refuse(Problems.NoPlan, "The router has not read a plan yet", out problem, out detail);
        if (!table.TryGetModel(target.Model, out var model))
            return Refuse(Problems.UnknownModel, $"There is no model '{target.Model}'; there are: {string.Join(", ", table.ModelNames)}", out problem, out detail);

        var request = context.Request;
        var method = target.Action == ModelAction.Infer ? HttpMethods.Post : HttpMethods.Get;
        if (request.Method != method)
        {
            context.Response.Headers.Allow = method;
            return Refuse(Problems.MethodNotAllowed, $"{path} takes {method}, not {request.Method}", out problem, out detail);
        }

        if (request.QueryString.Value.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return Refuse(Problems.BadRequest, "The query string holds a character that has to be percent-encoded", out problem, out detail);
        if (request.Headers.TransferEncoding is { Count: > 0 } codings && !(codings.Count == 1 && "chunked".Equals(codings[0], StringComparison.OrdinalIgnoreCase)))
            return Refuse(Problems.BadRequest, $"Transfer-Encoding is '{codings}'; it has to be 'chunked' or absent", out problem, out detail);

        TimeSpan? timeout = null;
        if (request.Headers[HeaderNames.RequestTimeout] is { Count: > 0 } waits)
        {
            if (waits.Count > 1 || !RequestTimeout.TryParse(waits[0], out var wait))
                return Refuse(Problems.BadRequest, $"{HeaderNames.RequestTimeout} is '{waits}'; it has to be {RequestTimeout.Form}", out problem, out detail);
            timeout = wait;
        }

        if (!target.Version.IsEmpty)
        {
            if (model.Pin(target.Version) is not { } pinned)
                return Refuse(Problems.UnknownVersion, $"There is no version '{target.Version}' of {model.Name}; there are: {string.Join(", ", model.Versions)}", out problem, out detail);
            routed = new(model, pinned, target.Action) { Timeout = timeout };
        }
        else if (model.Effective.IsCondemnedStable)
        {
            return Refuse(Problems.CondemnedStable, $"The plan's stable version of {model.Name} is condemned, and no version before it is known to be good; 'ms status' says why", out problem, out detail);
        }
        else if (client.MayOverride && request.Headers[HeaderNames.ModelVariant] is { Count: > 0 } named)
        {
            if (model.VariantNamed(named.ToString()) is not { } variant)
                return Refuse(Problems.UnknownVariant, $"There is no variant '{named}' of {model.Name}; there are: {string.Join(", ", model.VariantNames)}", out problem, out detail);
            routed = new(model, variant, target.Action) { Timeout = timeout };
        }
        else if (target.Action != ModelAction.Infer)
        {
            routed = new(model, model.Stable, target.Action) { Timeout = timeout };
        }
        else
        {
            var key = KeyOf(model, request, client) ?? "";
            var variant = model.Assign(key.Length > 0 ? key : requestId, out var hash);
            routed = new(model, variant, target.Action) { Timeout = timeout, IsAssigned = true, KeyHash = key.Length > 0 ? hash : null };
        }

        (problem, detail) = (null, "");
        return true;
    }

    private static string? KeyOf(ModelRoute model, HttpRequest request, Client client) => model switch
    {
        { RoutingKeyHeader: { } header } => request.Headers[header].ToString(),
        { RoutingKeyClaim: { } claim } => client.RoutingKey(claim),
        _ => null,
    };

    private static bool Refuse(Problem why, string what, out Problem? problem, out string detail)
    {
        (problem, detail) = (why, what);
        return false;
    }
}
