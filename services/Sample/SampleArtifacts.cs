namespace ModelServing.Sample;

/// <summary>
/// The locations of the trained models, which the build copies beside the program. A version's folder has <c>model.onnx</c> (input
/// <c>features</c>, FP32 [batch, 15], which the service fills from the feature views; outputs <c>label</c>, INT64 [batch], and
/// <c>probabilities</c>, FP32 [batch, 2], where the second column is the probability of a fraud) and <c>training.json</c> (metrics and
/// labels). services/Trainer creates them.
/// </summary>
public static class SampleArtifacts
{
    public const string ModelName = "fraud";

    /// <summary>The name of the model's file in a version's folder.</summary>
    public const string ModelFileName = "model.onnx";

    /// <summary>The name of the training information's file in a version's folder.</summary>
    public const string TrainingFileName = "training.json";

    public const string InputName = "features";

    /// <summary>The output with the predicted class, where 1 is a fraud.</summary>
    public const string LabelName = "label";

    /// <summary>The output with the probabilities of both classes.</summary>
    public const string ProbabilitiesName = "probabilities";

    /// <summary>The versions: 1 is a logistic regression, 2 is gradient boosted trees.</summary>
    public static IReadOnlyList<int> Versions { get; } = [1, 2];

    /// <summary>The folder with all sample models, beside this assembly. It contains <c>fraud/1</c> and <c>fraud/2</c>.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Sample");

    /// <summary>The profile of the table that the versions were trained on, from <c>ms features profile</c>.</summary>
    public static string ProfilePath => Path.Combine(Folder, ModelName, "profile.json");

    public static string VersionFolder(int version) => VersionFolder(Folder, version);

    /// <summary>A version's folder in another folder of models.</summary>
    public static string VersionFolder(string folder, int version) => Path.Combine(folder, ModelName, $"{version}");

    public static string ModelPath(int version) => Path.Combine(VersionFolder(version), ModelFileName);

    public static string TrainingPath(int version) => Path.Combine(VersionFolder(version), TrainingFileName);
}
