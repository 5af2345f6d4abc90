namespace ModelServing.Cli.Demo;

/// <summary>An alarm whose message was delivered to the function Rollback.</summary>
/// <param name="Name">The alarm's name.</param>
/// <param name="Dimensions">The dimensions of the stream that fired.</param>
/// <param name="Answer">The function's answer, on one line.</param>
internal sealed record AlarmFigures(string Name, IReadOnlyDictionary<string, string> Dimensions, string Answer);
