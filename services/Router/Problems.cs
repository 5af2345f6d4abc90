using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Forwarding;
using ModelServing.Router.Routing;

namespace ModelServing.Router;

/// <summary>Every error that the router answers itself: kind, status and title in one place.</summary>
internal static class Problems
{
    internal static readonly Problem NoSuchPath = new(StatusCodes.Status404NotFound, "no-such-path", "No such path");
    internal static readonly Problem UnknownModel = new(StatusCodes.Status404NotFound, "unknown-model", "Unknown model");
    internal static readonly Problem UnknownVersion = new(StatusCodes.Status404NotFound, "unknown-version", "Unknown version");
    internal static readonly Problem UnknownVariant = new(StatusCodes.Status404NotFound, "unknown-variant", "Unknown variant");
    internal static readonly Problem MethodNotAllowed = new(StatusCodes.Status405MethodNotAllowed, "method-not-allowed", "Method not allowed");
    internal static readonly Problem BadRequest = new(StatusCodes.Status400BadRequest, "bad-request", "Bad request");
    internal static readonly Problem Unauthenticated = new(StatusCodes.Status401Unauthorized, "unauthenticated", "Not authenticated");
    internal static readonly Problem Forbidden = new(StatusCodes.Status403Forbidden, "forbidden", "Not allowed");
    internal static readonly Problem RateLimited = new(StatusCodes.Status429TooManyRequests, "rate-limited", "Too many requests");
    internal static readonly Problem NoClients = new(StatusCodes.Status503ServiceUnavailable, "no-clients", "It was not read who may ask");
    internal static readonly Problem NoTokenKeys = new(StatusCodes.Status503ServiceUnavailable, "no-token-keys", "Tokens can't be checked");
    internal static readonly Problem BodyLate = new(StatusCodes.Status408RequestTimeout, "body-late", "The request did not come in time");
    internal static readonly Problem BodyTooLarge = new(StatusCodes.Status413PayloadTooLarge, "body-too-large", "Body too large");
    internal static readonly Problem NoReadyEndpoint = new(StatusCodes.Status503ServiceUnavailable, "no-ready-endpoint", "No endpoint is ready");
    internal static readonly Problem Conflict = new(StatusCodes.Status409Conflict, "conflict", "The decision can't be carried out");
    internal static readonly Problem NoJournal = new(StatusCodes.Status409Conflict, "no-journal", "There is no journal");
    internal static readonly Problem JournalAway = new(StatusCodes.Status503ServiceUnavailable, "journal-away", "The journal is away");
    internal static readonly Problem CondemnedStable = new(StatusCodes.Status503ServiceUnavailable, "condemned-stable", "The stable version is condemned");
    internal static readonly Problem NoPlan = new(StatusCodes.Status503ServiceUnavailable, "no-plan", "No plan was read");
    internal static readonly Problem ConnectionLost = new(StatusCodes.Status502BadGateway, "connection-lost", "The connection to the version was lost");
    internal static readonly Problem BadAnswer = new(StatusCodes.Status502BadGateway, "bad-answer", "The version gave an answer that is no HTTP");
    internal static readonly Problem Deadline = new(StatusCodes.Status504GatewayTimeout, "deadline", "The deadline passed");
    internal static readonly Problem Internal = new(StatusCodes.Status500InternalServerError, "internal", "The router failed");

    /// <summary>The problem that a request which was forwarded is answered with, and its detail; none for one that needs no answer of ours.</summary>
    /// <param name="result">How forwarding ended.</param>
    /// <param name="route">The variant that it ended at.</param>
    /// <param name="time">The time that the caller gave.</param>
    internal static (Problem?, string) Explain(ForwardResult result, VariantRoute route, TimeSpan time) => result switch
    {
        ForwardResult.NoReadyEndpoint => (NoReadyEndpoint, $"No endpoint of {route.Model} version {route.Version} is ready"),
        ForwardResult.ConnectionLost => (ConnectionLost, $"The connection to {route.Model} version {route.Version} was lost before its answer came whole"),
        ForwardResult.BadAnswer => (BadAnswer, $"{route.Model} version {route.Version} gave an answer that is no HTTP/1.1"),
        ForwardResult.Deadline => (Deadline, $"{route.Model} version {route.Version} gave no answer within the {time.TotalMilliseconds:0} ms that the request had"),
        ForwardResult.BodyLate => (BodyLate, $"The request's body did not come whole within the {time.TotalMilliseconds:0} ms that {route.Model} has for an answer"),
        _ => (null, ""),
    };

    /// <summary>The problem of a model whose planned stable version is condemned, where of the last good rollout no endpoint is ready.</summary>
    internal static (Problem, string) CondemnedWithoutHeir(VariantRoute route, ModelVersion condemned) =>
        (CondemnedStable, $"Version {condemned} of {route.Model}, the plan's stable, is condemned, and no endpoint of version {route.Version} before it is ready; 'ms status' says why");

    /// <summary>The problem of a request that Kestrel found a fault in.</summary>
    internal static (Problem, string) Explain(BadHttpRequestException e, RouterSettings settings) => e.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => (BodyTooLarge, $"The request's body has more than {settings.MaxRequestBytes} bytes"),
        StatusCodes.Status408RequestTimeout => (BodyLate, e.Message),
        _ => (BadRequest, e.Message),
    };
}
