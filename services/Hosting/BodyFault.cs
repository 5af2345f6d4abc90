using Microsoft.AspNetCore.Http;

namespace ModelServing.Hosting;

/// <summary>The answers to bodies that can't be read to their end, unless the caller has left (<see cref="CallerLeft"/>).</summary>
public static class BodyFault
{
    private static readonly Problem Broken = new(StatusCodes.Status400BadRequest, "bad-request", "Bad request");
    private static readonly Problem Late =
        new(StatusCodes.Status408RequestTimeout, "body-late", "The request body did not arrive in time");
    private static readonly Problem TooLarge = new(StatusCodes.Status413PayloadTooLarge, "body-too-large", "Body too large");

    /// <summary>Finds the answer; null if reading a body does not end with such an exception.</summary>
    public static (Problem Problem, string Detail)? Find(Exception failure) => failure switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (TooLarge, failure.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => (Late, failure.Message),
        BadHttpRequestException => (Broken, failure.Message),
        IOException => (Broken, CallerLeft.BrokenBody),
        _ => null,
    };
}
