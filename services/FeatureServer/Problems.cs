using Microsoft.AspNetCore.Http;
using ModelServing.Hosting;

namespace ModelServing.FeatureServer;

/// <summary>Every error of the feature server, with its status, reason and title.</summary>
internal static class Problems
{
    internal static readonly Problem NoSuchPath = new(StatusCodes.Status404NotFound, "no-such-path", "No such path");
    internal static readonly Problem UnknownView = new(StatusCodes.Status404NotFound, "unknown-view", "Unknown view");
    internal static readonly Problem BadRequest = new(StatusCodes.Status400BadRequest, "bad-request", "Bad request");
    internal static readonly Problem BodyLate =
        new(StatusCodes.Status408RequestTimeout, "body-late", "The request body did not arrive in time");
    internal static readonly Problem BodyTooLarge = new(StatusCodes.Status413PayloadTooLarge, "body-too-large", "Body too large");
    internal static readonly Problem TooManyPosts = new(StatusCodes.Status429TooManyRequests, "events-busy", "Too many posts of events");
    internal static readonly Problem TooManyReads = new(StatusCodes.Status429TooManyRequests, "reads-busy", "Too many reads of features");
    internal static readonly Problem Internal = new(StatusCodes.Status500InternalServerError, "internal", "The feature server failed");
    internal static readonly Problem NoLog = new(StatusCodes.Status503ServiceUnavailable, "no-log", "The event log is not open");
    internal static readonly Problem LogFull = new(StatusCodes.Status503ServiceUnavailable, "log-full", "The event log is full");
    internal static readonly Problem LogFails = new(StatusCodes.Status503ServiceUnavailable, "log-fails", "The event log can't be written");
    internal static readonly Problem CacheUnavailable =
        new(StatusCodes.Status503ServiceUnavailable, "cache-unavailable", "The online store is unavailable");
    internal static readonly Problem ViewNotLoaded =
        new(StatusCodes.Status503ServiceUnavailable, "view-not-loaded", "The view's definition is not loaded yet");
}
