namespace ModelServing.Inference.Protocol;

/// <summary>A fault in an inference request.</summary>
/// <param name="field">The offending field, as in <c>inputs[0].shape</c>; empty for the body as a whole.</param>
/// <param name="message">The fault, and how to fix it.</param>
internal sealed class RequestFaultException(string field, string message) : Exception(field.Length > 0 ? $"{field}: {message}" : message);
