namespace ModelServing.Sample;

/// <summary>
/// Where the trained models lie: the build copies them beside the program. A version's folder has <c>model.onnx</c> (input
/// <c>features</c>, FP32 [batch, 15]; outputs <c>label</c>, INT64 [batch], and <c>probabilities</c>, FP32 [batch, 2], the second of them
/// the probability of a fraud) and <c>training.json</c> (its figures and labels). services/Trainer makes them.
/// </summary>
public static class SampleArtifacts
{
    /// <summary>The model's name.</summary>
    public const string ModelName = "fraud";

    /// <summary>The model's file in a version's folder.</summary>
    public const string ModelFileName = "model.onnx";

    /// <summary>The training figures' file in a version's folder.</summary>
    public const string TrainingFileName = "training.json";

    /// <summary>The model's input.</summary>
    public const string InputName = "features";

    /// <summary>The output with the predicted class: 1 is a fraud.</summary>
    public const string LabelName = "label";

    /// <summary>The output with the probabilities of both classes.</summary>
    public const string ProbabilitiesName = "probabilities";

    /// <summary>The versions there are: 1 is a logistic regression, 2 gradient boosted trees.</summary>
    public static IReadOnlyList<int> Versions { get; } = [1, 2];

    /// <summary>The folder with all sample models, beside this assembly: <c>Sample</c>, with <c>fraud/1</c> and <c>fraud/2</c> in it.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Sample");

    /// <summary>A version's folder.</summary>
    public static string VersionFolder(int version) => VersionFolder(Folder, version);

    /// <summary>A version's folder in some folder of models.</summary>
    public static string VersionFolder(string folder, int version) => Path.Combine(folder, ModelName, $"{version}");

    /// <summary>A version's <c>model.onnx</c>.</summary>
    public static string ModelPath(int version) => Path.Combine(VersionFolder(version), ModelFileName);

    /// <summary>A version's <c>training.json</c>.</summary>
    public static string TrainingPath(int version) => Path.Combine(VersionFolder(version), TrainingFileName);
}
