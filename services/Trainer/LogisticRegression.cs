using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms;
using ModelServing.Registry.Onnx;
using ModelServing.Sample;

namespace ModelServing.Trainer;

/// <summary>
/// Version 1: logistic regression by L-BFGS on features of mean 0 and variance 1, with ML.NET's default regularization. In ONNX it is one
/// LinearClassifier on the raw features; the normalization and the linear calibration are folded into its weights.
/// </summary>
internal static class LogisticRegression
{
    /// <summary>Trains on one thread, so that sums have a fixed order and training is reproducible.</summary>
    internal static TrainedModel Train(TrainingData data)
    {
        var context = new MLContext(seed: 1);
        var normalizer = context.Transforms.NormalizeMeanVariance(TrainingData.FeaturesColumn, fixZero: false);
        var trainer = context.BinaryClassification.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options
        {
            FeatureColumnName = TrainingData.FeaturesColumn,
            LabelColumnName = TrainingData.LabelColumn,
            NumberOfThreads = 1,
        });
        var model = normalizer.Append(trainer).Fit(TrainingData.View(context, data.Training));

        var normalized = (NormalizingTransformer.AffineNormalizerModelParameters<ImmutableArray<float>>)
            ((NormalizingTransformer)model.First()).GetNormalizerModelParameters(0);
        return new TrainedModel(
            1,
            "logistic-regression",
            Onnx(normalized, model.LastTransformer.Model),
            TrainingData.Probabilities(context, model, data.Evaluation));
    }

    private static ModelProto Onnx(
        NormalizingTransformer.AffineNormalizerModelParameters<ImmutableArray<float>> normalized,
        CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator> model)
    {
        // ML.NET: probability = 1 / (1 + e^(slope * score + offset)), score = bias + sum w * (x - offset) * scale.
        double bias = model.SubModel.Bias;
        var weights = new double[SampleFeatures.ColumnCount];
        for (var i = 0; i < weights.Length; i++)
        {
            var scale = normalized.Scale[i];
            var offset = normalized.Offset.IsDefaultOrEmpty ? 0 : normalized.Offset[i];
            weights[i] = (double)model.SubModel.Weights[i] * scale;
            bias -= weights[i] * offset;
        }

        bias = -(model.Calibrator.Slope * bias + model.Calibrator.Offset);
        for (var i = 0; i < weights.Length; i++)
            weights[i] *= -model.Calibrator.Slope;

        // One row of weights for each class. The first row is the second with opposite signs.
        var node = OnnxClassifier.Node("LinearClassifier");
        node.Attribute.Add(OnnxClassifier.Floats("coefficients", weights.Select(w => (float)-w).Concat(weights.Select(w => (float)w))));
        node.Attribute.Add(OnnxClassifier.Floats("intercepts", [(float)-bias, (float)bias]));
        node.Attribute.Add(OnnxClassifier.Ints("classlabels_ints", [0, 1]));
        node.Attribute.Add(OnnxClassifier.Text("post_transform", "LOGISTIC"));
        return OnnxClassifier.Model(node);
    }
}
