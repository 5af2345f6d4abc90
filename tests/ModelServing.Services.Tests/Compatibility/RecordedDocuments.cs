using System.Text;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Compatibility;

/// <summary>The documents in <c>tests/Recorded</c>, which an earlier release wrote.</summary>
internal static class RecordedDocuments
{
    internal static string Folder { get; } = Repository.Combine("tests", "Recorded");

    internal static string PathTo(string name) => Path.Combine(Folder, name);

    internal static byte[] Read(string name) => File.ReadAllBytes(PathTo(name));

    /// <summary>The events of a model, as the journal's store has them.</summary>
    internal static string[] Events(string model) =>
        Encoding.UTF8.GetString(Read($"journal-{model}.jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
