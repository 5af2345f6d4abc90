namespace ModelServing.Inference;

/// <summary>The time of a request was over before its body was complete.</summary>
internal sealed class BodyLateException(TimeSpan limit)
    : Exception($"The request body was not complete within the {limit.TotalMilliseconds:0} ms that the request has");
