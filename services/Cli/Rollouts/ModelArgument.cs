using ModelServing.Contracts;

namespace ModelServing.Cli.Rollouts;

/// <summary>A model's name as it is typed.</summary>
internal static class ModelArgument
{
    /// <exception cref="CommandException">It is none.</exception>
    internal static ModelName Parse(string text) => ModelName.TryParse(text, null, out var name)
        ? name
        : throw new CommandException(ExitCode.WrongInput, $"MODEL: '{text}' is not a model's name: {ModelName.Form}");
}
