using ModelServing.Contracts;

namespace ModelServing.Cli.Rollouts;

/// <summary>A model's name on the command line.</summary>
internal static class ModelArgument
{
    /// <exception cref="CommandException">The text is not a model's name.</exception>
    internal static ModelName Parse(string text) => ModelName.TryParse(text, null, out var name)
        ? name
        : throw new CommandException(ExitCode.WrongInput, $"MODEL: '{text}' is not a model's name: {ModelName.Form}");
}
