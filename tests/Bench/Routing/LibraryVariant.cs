namespace ModelServing.Bench.Routing;

/// <summary>A variant that a library's proxy forwards to.</summary>
/// <param name="Name">The name that the answer's header gives.</param>
/// <param name="Origin">The backend, as in <c>http://127.0.0.1:40001</c>.</param>
/// <param name="Infer">The whole address of an inference, made once, as the router does.</param>
internal sealed record LibraryVariant(string Name, string Origin, Uri Infer);
