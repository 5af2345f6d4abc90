using Microsoft.AspNetCore.Http;
using ModelServing.Hosting;

namespace ModelServing.Router.Errors;

/// <summary>Every error that the router answers itself, with its status, reason and title.</summary>
internal static class Problems
{
    internal static readonly Problem NoSuchPath = new(StatusCodes.Status404NotFound, "no-such-path", "No such path");
    internal static readonly Problem UnknownModel = new(StatusCodes.Status404NotFound, "unknown-model", "Unknown model");
    internal static readonly Problem UnknownVersion = new(StatusCodes.Status404NotFound, "unknown-version", "Unknown version");
    internal static readonly Problem UnknownVariant = new(StatusCodes.Status404NotFound, "unknown-variant", "Unknown variant");
    internal static readonly Problem MethodNotAllowed = AllowedMethods.NotAllowed;
    internal static readonly Problem BadRequest = new(StatusCodes.Status400BadRequest, "bad-request", "Bad request");
    internal static readonly Problem BodyLate =
        new(StatusCodes.Status408RequestTimeout, "body-late", "The request body did not arrive in time");
    internal static readonly Problem BodyTooLarge = new(StatusCodes.Status413PayloadTooLarge, "body-too-large", "Body too large");
    internal static readonly Problem NoReadyEndpoint =
        new(StatusCodes.Status503ServiceUnavailable, "no-ready-endpoint", "No endpoint is ready");
    internal static readonly Problem Conflict = new(StatusCodes.Status409Conflict, "conflict", "The decision cannot be carried out");
    internal static readonly Problem NoJournal = new(StatusCodes.Status409Conflict, "no-journal", "This router has no journal");
    internal static readonly Problem JournalUnavailable =
        new(StatusCodes.Status503ServiceUnavailable, "journal-unavailable", "The journal is unavailable");
    internal static readonly Problem NoPredictionLog =
        new(StatusCodes.Status404NotFound, "no-prediction-log", "There is no prediction log");
    internal static readonly Problem UnknownPrediction =
        new(StatusCodes.Status404NotFound, "unknown-prediction", "No record of this request");
    internal static readonly Problem PredictionsUnavailable =
        new(StatusCodes.Status503ServiceUnavailable, "predictions-unavailable", "The prediction store is unavailable");
    internal static readonly Problem PredictionsThrottled =
        new(StatusCodes.Status503ServiceUnavailable, "predictions-throttled", "The prediction store is overloaded");
    internal static readonly Problem PredictionsBusy =
        new(StatusCodes.Status503ServiceUnavailable, "predictions-busy", "Too many concurrent reads of predictions");
    internal static readonly Problem OutcomesBusy =
        new(StatusCodes.Status503ServiceUnavailable, "outcomes-busy", "Too many posts of outcomes");
    internal static readonly Problem CondemnedStable =
        new(StatusCodes.Status503ServiceUnavailable, "condemned-stable", "The stable version is condemned");
    internal static readonly Problem NoPlan = new(StatusCodes.Status503ServiceUnavailable, "no-plan", "The plan is not loaded yet");
    internal static readonly Problem ConnectionLost =
        new(StatusCodes.Status502BadGateway, "connection-lost", "The connection to the version was lost");
    internal static readonly Problem BadAnswer =
        new(StatusCodes.Status502BadGateway, "bad-answer", "Malformed HTTP response from the version");
    internal static readonly Problem Deadline = new(StatusCodes.Status504GatewayTimeout, "deadline", "The deadline passed");
    internal static readonly Problem Internal = new(StatusCodes.Status500InternalServerError, "internal", "The router failed");
}
