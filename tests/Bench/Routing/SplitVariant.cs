namespace ModelServing.Bench.Routing;

/// <summary>A variant to which a library's proxy forwards.</summary>
/// <param name="Name">The name in the answer's header.</param>
/// <param name="Origin">The backend, as in <c>http://127.0.0.1:40001</c>.</param>
/// <param name="Infer">The complete address of an inference. Like the router, the proxy creates it once.</param>
internal sealed record SplitVariant(string Name, string Origin, Uri Infer);
