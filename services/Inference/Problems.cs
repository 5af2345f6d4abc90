using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Inference;

/// <summary>Every error that the service answers with: kind, status and title in one place.</summary>
internal static class Problems
{
    internal static readonly Problem InvalidRequest = new(StatusCodes.Status400BadRequest, "invalid-request", "Invalid request");
    internal static readonly Problem NoSuchPath = new(StatusCodes.Status404NotFound, "no-such-path", "No such path");
    internal static readonly Problem BodyLate =
        new(StatusCodes.Status408RequestTimeout, "body-late", "The request body did not arrive in time");
    internal static readonly Problem BodyTooLarge = new(StatusCodes.Status413PayloadTooLarge, "body-too-large", "Body too large");
    internal static readonly Problem ModelFailed = new(StatusCodes.Status500InternalServerError, "model-failed", "The model failed");
    internal static readonly Problem AnswerTooLarge =
        new(StatusCodes.Status422UnprocessableEntity, "answer-too-large", "The answer is too large");
    internal static readonly Problem RequestMemory =
        new(StatusCodes.Status422UnprocessableEntity, "request-memory", "The request needs too much memory");
    internal static readonly Problem ModelMemory =
        new(StatusCodes.Status500InternalServerError, "model-memory", "The model needs too much memory");
    internal static readonly Problem Internal = new(StatusCodes.Status500InternalServerError, "internal", "The service failed");
    internal static readonly Problem NotReady = new(StatusCodes.Status503ServiceUnavailable, "not-ready", "The model is not ready");
    internal static readonly Problem QueueFull =
        new(StatusCodes.Status503ServiceUnavailable, "queue-full", "Too many requests are waiting for the model");
    internal static readonly Problem QueueTooLong =
        new(StatusCodes.Status503ServiceUnavailable, "queue-too-long", "The requests that wait for the model take too long");
    internal static readonly Problem LogFull =
        new(StatusCodes.Status503ServiceUnavailable, "log-full", "The prediction can't be logged");
    internal static readonly Problem Deadline = new(StatusCodes.Status504GatewayTimeout, "deadline", "The deadline passed");

    /// <summary>The request's identifier, to be repeated in the problem; null if the request does not have exactly one.</summary>
    internal static string? RequestIdOf(HttpContext context) =>
        context.Request.Headers[HeaderNames.RequestId] is { Count: 1 } id ? id.ToString() : null;
}
