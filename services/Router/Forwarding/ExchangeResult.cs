using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Router.Forwarding;

/// <summary>How an exchange ended.</summary>
/// <param name="Head">The answer's head.</param>
/// <param name="IsReusable">Whether the connection may be used again.</param>
/// <param name="IsHeldBack">Whether the answer is a failure that is kept from the client, because the request is retried on stable.</param>
internal readonly record struct ExchangeResult(AnswerHead Head, bool IsReusable, bool IsHeldBack = false);
