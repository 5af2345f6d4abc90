using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace ModelServing.Doubles;

/// <summary>Generates the classes of a provider's package from its description, which is an additional file of the project.</summary>
[Generator]
public sealed class SdkGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var package = context.AnalyzerConfigOptionsProvider.Select(static (options, _) =>
            options.GlobalOptions.TryGetValue("build_property.RootNamespace", out var name) ? name : "");
        var descriptions = context.AdditionalTextsProvider.Where(static file => Path.GetExtension(file.Path) == ".txt")
            .Select(static (file, cancel) => file.GetText(cancel)!.ToString());
        context.RegisterSourceOutput(descriptions.Combine(package), static (output, pair) =>
        {
            foreach (var (name, text) in new Writer(pair.Right, Block.ReadAll(pair.Left)).WriteAll())
                output.AddSource(name, SourceText.From(text, Encoding.UTF8));
        });
    }
}
