using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Trainers.FastTree;
using ModelServing.Registry.Onnx;

namespace ModelServing.Trainer;

/// <summary>
/// Version 2: gradient boosted trees (ML.NET's FastTree, a MART) with the default hyperparameters, without tuning. In ONNX it is one
/// TreeEnsembleClassifier; the linear calibration is folded into the leaves.
/// </summary>
internal static class BoostedTrees
{
    private const string SplitAtMost = "BRANCH_LEQ";
    private const string Leaf = "LEAF";

    /// <summary>Trains on one thread and with a fixed seed, so that training is reproducible.</summary>
    internal static TrainedModel Train(TrainingData data)
    {
        var context = new MLContext(seed: 1);
        var trainer = context.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
        {
            FeatureColumnName = TrainingData.FeaturesColumn,
            LabelColumnName = TrainingData.LabelColumn,
            NumberOfThreads = 1,
            Seed = 1,
        });
        var model = trainer.Fit(TrainingData.View(context, data.Training));
        var calibrator = (PlattCalibrator)model.Model.Calibrator;
        return new TrainedModel(
            2,
            "gradient-boosted-trees",
            Onnx(model.Model.SubModel.TrainedTreeEnsemble, calibrator),
            TrainingData.Probabilities(context, model, data.Evaluation));
    }

    private static ModelProto Onnx(RegressionTreeEnsemble ensemble, PlattCalibrator calibrator)
    {
        // ML.NET: probability = 1 / (1 + e^(slope * score + offset)), score = bias + sum of weight * leaf. The part that does not
        // depend on the row goes into the leaves of the first tree, because every row reaches exactly one of them.
        var columns = new TreeColumns();
        var constant = -(calibrator.Slope * ensemble.Bias + calibrator.Offset);
        for (var tree = 0; tree < ensemble.Trees.Count; tree++)
        {
            columns.Add(tree, ensemble.Trees[tree], -calibrator.Slope * ensemble.TreeWeights[tree], constant);
            constant = 0;
        }

        return OnnxClassifier.Model(columns.Node());
    }

    /// <summary>The nodes of all trees as columns, which is their form in ONNX.</summary>
    private sealed class TreeColumns
    {
        private readonly List<long> trees = [];
        private readonly List<long> nodes = [];
        private readonly List<string> modes = [];
        private readonly List<long> features = [];
        private readonly List<float> thresholds = [];
        private readonly List<long> whenTrue = [];
        private readonly List<long> whenFalse = [];
        private readonly List<long> leafTrees = [];
        private readonly List<long> leafNodes = [];
        private readonly List<long> leafClasses = [];
        private readonly List<float> leafValues = [];

        /// <summary>Adds a tree: first its splits, with ML.NET's numbers, then its leaves.</summary>
        internal void Add(int tree, RegressionTree source, double factor, double constant)
        {
            if (source.CategoricalSplitFlags.Contains(true))
                throw new NotSupportedException("the tree has a categorical split, but all features are numbers");

            for (var split = 0; split < source.NumberOfNodes; split++)
            {
                Add(tree, split, SplitAtMost, source.NumericalSplitFeatureIndexes[split], source.NumericalSplitThresholds[split],
                    NodeOf(source.LeftChild[split], source), NodeOf(source.RightChild[split], source));
            }

            for (var leaf = 0; leaf < source.NumberOfLeaves; leaf++)
            {
                var node = source.NumberOfNodes + leaf;
                Add(tree, node, Leaf, 0, 0, 0, 0);
                var value = (float)(source.LeafValues[leaf] * factor + constant);
                AddWeight(tree, node, label: 0, -value);
                AddWeight(tree, node, label: 1, value);
            }
        }

        // Each class has a weight of its own. With those of class 1 alone, the probability of class 0 would be that of the score 0.
        private void AddWeight(int tree, int node, long label, float weight)
        {
            leafTrees.Add(tree);
            leafNodes.Add(node);
            leafClasses.Add(label);
            leafValues.Add(weight);
        }

        /// <summary>Builds the operator from all added trees.</summary>
        internal NodeProto Node()
        {
            var node = OnnxClassifier.Node("TreeEnsembleClassifier");
            node.Attribute.Add(
            [
                OnnxClassifier.Ints("nodes_treeids", trees),
                OnnxClassifier.Ints("nodes_nodeids", nodes),
                OnnxClassifier.Texts("nodes_modes", modes),
                OnnxClassifier.Ints("nodes_featureids", features),
                OnnxClassifier.Floats("nodes_values", thresholds),
                OnnxClassifier.Ints("nodes_truenodeids", whenTrue),
                OnnxClassifier.Ints("nodes_falsenodeids", whenFalse),
                OnnxClassifier.Ints("class_treeids", leafTrees),
                OnnxClassifier.Ints("class_nodeids", leafNodes),
                OnnxClassifier.Ints("class_ids", leafClasses),
                OnnxClassifier.Floats("class_weights", leafValues),
                OnnxClassifier.Ints("classlabels_int64s", [0, 1]),
                OnnxClassifier.Text("post_transform", "LOGISTIC"),
            ]);
            return node;
        }

        private void Add(int tree, int node, string mode, int feature, float threshold, int whenTrue, int whenFalse)
        {
            trees.Add(tree);
            nodes.Add(node);
            modes.Add(mode);
            features.Add(feature);
            thresholds.Add(threshold);
            this.whenTrue.Add(whenTrue);
            this.whenFalse.Add(whenFalse);
        }

        /// <summary>The node of a child. ML.NET encodes a leaf as the complement of the leaf's number.</summary>
        private static int NodeOf(int child, RegressionTree tree) => child >= 0 ? child : tree.NumberOfNodes + ~child;
    }
}
