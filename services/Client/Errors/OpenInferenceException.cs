using ModelServing.OpenInference.Infer;

namespace ModelServing.OpenInference.Errors;

/// <summary>A call that has no answer.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">What went wrong, for people.</param>
/// <param name="inner">What was thrown below.</param>
public sealed class OpenInferenceException(CallFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Gets why the call failed, whatever the transport is.</summary>
    public CallFault Fault => fault;

    /// <summary>Gets the HTTP status; by gRPC, the one that the gRPC status is made of. Null if no answer had begun.</summary>
    public int? Status { get; internal set; }

    /// <summary>Gets the kind of problem (RFC 9457), as in <c>queue-full</c>; null if the server does not name one.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets what the server says; null if it says nothing.</summary>
    public string? Detail { get; init; }

    /// <summary>Gets how long the server asks to wait before a retry; null if it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets the headers of the last answer, such as the variant that failed.</summary>
    public AnswerHeaders Headers { get; internal set; } = AnswerHeaders.None;

    /// <summary>Gets how often the request was sent.</summary>
    public int Attempts { get; internal set; } = 1;

    /// <summary>Gets whether the server has done nothing with the request: it was never reached, or it refused the request and says when
    /// to come back.</summary>
    public bool IsUntouched => Fault == CallFault.Unreachable
        || (Fault is CallFault.Unavailable or CallFault.TooManyRequests && RetryAfter is not null);
}
