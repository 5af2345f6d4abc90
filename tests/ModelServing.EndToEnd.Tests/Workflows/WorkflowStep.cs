namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>A step of a workflow's job.</summary>
internal sealed record WorkflowStep(
    string? Name,
    string? Uses,
    string? Run,
    IReadOnlyDictionary<string, string> Env,
    IReadOnlyDictionary<string, string> With);
