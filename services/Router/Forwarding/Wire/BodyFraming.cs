namespace ModelServing.Router.Forwarding.Wire;

/// <summary>How the end of an answer's body is found (RFC 9112, 6.3).</summary>
internal enum BodyFraming
{
    Length,
    Chunked,
    UntilClose,
}
