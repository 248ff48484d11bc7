"""A version comes from git's tags or, in a source archive, from its file VERSION."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).parents[2]
WHO = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a", "GIT_COMMITTER_NAME": "a",
       "GIT_COMMITTER_EMAIL": "a"}


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "scripts").mkdir()
    shutil.copy(TOP / "scripts/version", tmp_path / "scripts")
    return tmp_path


@pytest.fixture
def git(tree):
    def run(*words):
        subprocess.run(["git", "-C", tree, *words], check=True, env=os.environ | WHO)
    run("init", "-q")
    run("add", ".")
    run("commit", "-qm", "one")
    return run


def version(tree):
    return subprocess.run([tree / "scripts/version"], check=True, text=True,
                          env=os.environ | {"GIT_CEILING_DIRECTORIES": str(tree.parent)},
                          stdout=subprocess.PIPE).stdout.strip()


def test_the_version_is_the_tag(tree, git):
    git("tag", "v0.3")
    assert version(tree) == "0.3"


def test_commits_after_a_tag_are_counted(tree, git):
    git("tag", "v0.3")
    git("commit", "-q", "--allow-empty", "-m", "two")
    assert re.fullmatch(r"0\.3\+1\.g[0-9a-f]{7,}", version(tree))


def test_commits_before_the_first_tag_are_counted(tree, git):
    assert re.fullmatch(r"0\.1~1\.g[0-9a-f]{7,}", version(tree))


def test_a_tree_that_differs_from_its_commit_tells(tree, git):
    git("tag", "v0.3")
    with (tree / "scripts/version").open("a") as script:
        script.write("\n")
    assert version(tree) == "0.3+edited"


def test_an_archive_knows_its_version(tree):
    (tree / "VERSION").write_text("0.3\n")
    assert version(tree) == "0.3"


def test_versions_grow(tree, git):
    """As dpkg compares them."""
    said = [version(tree)]
    git("tag", "v0.1")
    said.append(version(tree))
    git("commit", "-q", "--allow-empty", "-m", "two")
    said.append(version(tree))
    git("tag", "v0.1.1")
    said.append(version(tree))
    for one, next_one in zip(said, said[1:]):
        subprocess.run(["dpkg", "--compare-versions", one, "lt", next_one], check=True)
