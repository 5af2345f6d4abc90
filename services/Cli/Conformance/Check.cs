namespace ModelServing.Cli.Conformance;

/// <summary>One question to a server, over HTTP or gRPC.</summary>
/// <param name="Area">The part of the protocol.</param>
/// <param name="Name">What is right.</param>
/// <param name="RunAsync">Asks, and throws <see cref="NotConformingException"/> if the answer is wrong.</param>
internal sealed record Check(string Area, string Name, Func<Subject, Task> RunAsync)
{
    /// <summary>Gets the model that is asked; null for none.</summary>
    internal string? Model { get; init; }

    /// <summary>Gets the extension of the protocol that is asked for, as the server's metadata name it; null for the protocol
    /// itself.</summary>
    internal string? Extension { get; init; }
}
